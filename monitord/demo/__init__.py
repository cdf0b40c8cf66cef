"""A province in a box: SNMP agents, web sites, a Bot API stand-in and telephones, all on the loopback."""
