# Sourced by the scripts of CI: where tools are installed, and how one written in Go is.
tools="${XDG_CACHE_HOME:-$HOME/.cache}/vacancy-tools"
mkdir -p "$tools"

# A tool at a pinned version, in a file of its own, so that another version is another file.
tool() { # tool NAME MODULE@VERSION; prints its path
  local name="$1" module="$2" path
  path="$tools/$name-${module##*@}"
  if [ ! -x "$path" ]; then
    GOFLAGS= GOBIN="$tools/bin" go install "$module" >&2
    mv "$tools/bin/$name" "$path"
  fi
  printf '%s' "$path"
}
