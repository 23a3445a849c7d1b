"""RTL under Verilator: find the tools, build, run jobs, lint."""
