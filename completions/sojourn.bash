# Completion of sojourn for bash: the program itself knows what could stand at the cursor; where it has nothing to offer
# a file is expected. Lies in share/bash-completion/completions/sojourn, or is read by ". FILE".
_sojourn() {
  local word=${COMP_WORDS[COMP_CWORD]} line
  COMPREPLY=()
  # Readline takes "--name=value" apart, and completes what is behind the sign.
  local words=("${COMP_WORDS[@]:1:COMP_CWORD}")
  [ "$word" = = ] && word='' words+=('')
  while IFS= read -r line; do
    COMPREPLY+=("$(printf %q "$line")")
  done < <("${COMP_WORDS[0]}" --complete "${words[@]}" 2>/dev/null)
  [ ${#COMPREPLY[@]} -gt 0 ] || compopt -o default 2>/dev/null
}
complete -F _sojourn sojourn
