#!/bin/sh
# Stands in for bats where there is none: says so for each file.
echo "1..0 # SKIP bats is not installed (Debian: apt-get install bats)"
