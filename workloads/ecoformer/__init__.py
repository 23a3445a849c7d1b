"""EcoFormer's attention computed: in floating point as published, and its products of codes in exact integers."""
