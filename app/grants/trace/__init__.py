"""What decided, frozen and told again: cases, dossiers, files, waivers."""
