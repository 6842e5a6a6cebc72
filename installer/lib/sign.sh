#!/bin/sh
# sign.sh FILE   signs a program or package for Windows with WG_SIGN_CERT and WG_SIGN_KEY (PEM), at the time WG_SIGN_TIME.
set -eu
osslsigncode sign -certs "$WG_SIGN_CERT" -key "$WG_SIGN_KEY" -h sha256 -n "Waybill Guard" -time "$WG_SIGN_TIME" \
  -in "$1" -out "$1.signed" >/dev/null
mv "$1.signed" "$1"
