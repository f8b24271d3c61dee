package manifest

// fieldsToCome are refused by name, each with what is missing and the nearest thing that can.
func fieldsToCome() []Field {
	return []Field{}
}
