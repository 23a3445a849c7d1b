"""The bench top around the accelerator and the cocotb test that drives it; it runs inside the simulator."""
