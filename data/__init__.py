"""What is kept: tables, one repository per noun, the hash chain, migrations."""
