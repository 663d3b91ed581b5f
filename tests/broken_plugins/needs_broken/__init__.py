raise AssertionError("never imported: what it needs is broken")
