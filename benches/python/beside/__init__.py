"""What `side_by_side.py` is made of: one file a section, and what sections share."""
