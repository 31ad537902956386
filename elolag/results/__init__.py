"""What a result says and shows: every phrase for people, once."""
