#!/usr/bin/env bash
# What action.yml runs: splay test with the inputs of the action, which come as variables.
set -euo pipefail

options=(--junit "$JUNIT")
[ -z "${ATTACK_DATA:-}" ] || options+=(--attack-data "$ATTACK_DATA")
[ -z "${CHANGED:-}" ] || options+=(--changed "$CHANGED")
while IFS= read -r app; do
  [ -z "$app" ] || options+=(--app "$app")
done <<<"${APPS:-}"
content=()
while IFS= read -r path; do
  [ -z "$path" ] || content+=("$path")
done <<<"$CONTENT"
read -ra more <<<"${ARGUMENTS:-}"

splay test "${content[@]}" "${options[@]}" ${more[@]+"${more[@]}"}
