"""Asks the master's web page: page.py URL, or page.py URL NAME=VALUE… to send a form."""

import sys
import urllib.parse
import urllib.request

url, *form = sys.argv[1:]
fields = [tuple(pair.split("=", 1)) for pair in form]
data = urllib.parse.urlencode(fields).encode() if fields else None
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
with opener.open(url, data, timeout=70) as answer:
    print(answer.read().decode())
