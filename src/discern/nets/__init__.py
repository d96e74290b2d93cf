"""Networks as descriptions and as torch modules. `layers` and `plan` know no torch; nothing here learns."""
