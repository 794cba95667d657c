package definition

import "bytes"

// fromJSON answers a definition in JSON. A placeholder that stands where a number is to
// be, without quotes, is put into quotes: the deployment replaces it before anybody
// reads the JSON.
func fromJSON(file string, content []byte) Definition {
	quoted, inserted := quotePlaceholders(content)
	p := ofText(file, quoted)
	p.inserted = inserted
	return Definition{Source: quoted, places: p}
}

// quotePlaceholders answers the JSON with "${Name}" for a ${Name} that stands outside of
// a string, and the offsets of the quotes it put in.
func quotePlaceholders(content []byte) (quoted []byte, inserted []int) {
	var out bytes.Buffer
	inString := false
	for i := 0; i < len(content); i++ {
		switch c := content[i]; {
		case inString && c == '\\' && i+1 < len(content):
			out.WriteByte(c)
			i++
		case c == '"':
			inString = !inString
		case !inString && c == '$' && bytes.HasPrefix(content[i:], []byte("${")):
			end := bytes.IndexByte(content[i:], '}')
			if end < 0 {
				break
			}
			inserted = append(inserted, out.Len())
			out.WriteByte('"')
			out.Write(content[i : i+end+1])
			inserted = append(inserted, out.Len())
			out.WriteByte('"')
			i += end
			continue
		}
		out.WriteByte(content[i])
	}
	return out.Bytes(), inserted
}
