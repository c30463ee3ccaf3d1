"""Schema changes, one file each under `versions`; run by `voc.db.migrate`."""
