"""E-mail: letters, the relay they are handed to, the mailbox in which people answer."""
