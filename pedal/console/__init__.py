"""The tech's console: watches pedals over OSC, keeps what they say, raises alarms."""
