"""What the processes of functions load from the embedded AWS beside awslambdaric."""
