"""What was sold, for staff: figures by time and by kind, charts, and the same as files."""
