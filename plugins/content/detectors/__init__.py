"""Things known by their form, not by a list: numbers, secrecy markings, invitations, contacts."""
