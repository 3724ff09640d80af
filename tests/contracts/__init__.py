"""What fakes and adapters promise alike, and what the embedded AWS promises."""
