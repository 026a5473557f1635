"""What people ask of mirrors and clusters, checked, written and made so."""
