"""What every room stands on: errors, records, events, options, files, threads.

Nothing here knows pictures or models.
"""
