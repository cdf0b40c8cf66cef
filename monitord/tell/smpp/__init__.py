"""SMPP 3.4: the session with an SMS centre, what stands on its wire, and the texts that come in."""
