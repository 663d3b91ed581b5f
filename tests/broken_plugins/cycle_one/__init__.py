raise AssertionError("never imported: it waits for itself")
