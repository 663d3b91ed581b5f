raise AssertionError("never imported: its manifest is wrong")
