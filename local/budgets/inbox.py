"""The inbox: every mail and every failure of the world being served."""

from local.budgets.accounts import all_stores
from local.budgets.mail import Mail, Undelivered


def mails() -> list[Mail]:
    """Every e-mail sent since the world began, oldest first, of all accounts."""
    return sorted((mail for store in all_stores() for mail in store.mails), key=lambda mail: mail.at)


def undelivered() -> list[Undelivered]:
    """Every message that a topic did not take, oldest first, of all accounts."""
    return sorted((one for store in all_stores() for one in store.undelivered), key=lambda one: one.at)
