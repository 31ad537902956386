"""The science on arrays: no disk, no names, no words."""
