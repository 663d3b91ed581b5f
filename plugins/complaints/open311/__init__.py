"""Open311 GeoReport v2: other systems read the open list of complaints and hand complaints in.

The standard is http://wiki.open311.org/GeoReport_v2, its discovery file that of
http://wiki.open311.org/Service_Discovery. A service is a subject, a request a complaint.
"""
