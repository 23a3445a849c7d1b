"""What is computed: encodings, operations, traces and the one reference arithmetic."""
