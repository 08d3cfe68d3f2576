// Checks a log with code that nobody here wrote: golang.org/x/mod/sumdb/note for the signature, tlog for the hashes.
//
//	interop bundle FOLDER KEY    the file "entries" of a bundle gives the root of its signed checkpoint
//	interop log URL KEY          the same for a running service's /log/, and each tile and entry bundle of it
//
// The root is always computed anew from the entries (not with tlog.TileHashReader). Exit 0: all agrees; 1: it does not.
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Text of a c2sp.org/tlog-checkpoint: origin, size, root.
func openCheckpoint(text []byte, vkey string) (int64, tlog.Hash, error) {
	var root tlog.Hash
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return 0, root, err
	}
	opened, err := note.Open(text, note.VerifierList(verifier))
	if err != nil {
		return 0, root, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[3] != "" || lines[0] != verifier.Name() {
		return 0, root, errors.New("not a checkpoint of this log")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return 0, root, err
	}
	hash, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || len(hash) != tlog.HashSize {
		return 0, root, errors.New("no hash")
	}
	copy(root[:], hash)
	return size, root, nil
}

// Entries one behind the other, each with its length.
func splitEntries(data []byte) ([][]byte, error) {
	var entries [][]byte
	for len(data) > 0 {
		if len(data) < 2 || len(data)-2 < int(binary.BigEndian.Uint16(data)) {
			return nil, errors.New("an entry is cut off")
		}
		length := int(binary.BigEndian.Uint16(data))
		entries = append(entries, data[2:2+length])
		data = data[2+length:]
	}
	return entries, nil
}

// All hashes of the tree, in the order of tlog.StoredHashIndex.
type hashes []tlog.Hash

func (h hashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	list := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		if index >= int64(len(h)) {
			return nil, errors.New("no such hash")
		}
		list[i] = h[index]
	}
	return list, nil
}

func compute(entries [][]byte) (hashes, error) {
	var all hashes
	for n, entry := range entries {
		more, err := tlog.StoredHashes(int64(n), entry, all)
		if err != nil {
			return nil, err
		}
		all = append(all, more...)
	}
	return all, nil
}

// Whether the entries are what was signed; also that each is provable, and each earlier tree a beginning.
func check(text []byte, vkey string, entries [][]byte) (hashes, error) {
	size, root, err := openCheckpoint(text, vkey)
	if err != nil {
		return nil, err
	}
	if int64(len(entries)) != size {
		return nil, fmt.Errorf("%d entries, %d signed", len(entries), size)
	}
	all, err := compute(entries)
	if err != nil {
		return nil, err
	}
	computed, err := tlog.TreeHash(size, all)
	if err != nil {
		return nil, err
	}
	if computed != root {
		return nil, fmt.Errorf("root %v was signed, the entries give %v", root, computed)
	}
	for n := int64(0); n < size; n++ {
		proof, err := tlog.ProveRecord(size, n, all)
		if err != nil {
			return nil, err
		}
		if err := tlog.CheckRecord(proof, size, root, n, tlog.RecordHash(entries[n])); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func bundle(folder, vkey string) error {
	text, err := os.ReadFile(filepath.Join(folder, "checkpoint"))
	if err != nil {
		return err
	}
	data, err := os.ReadFile(filepath.Join(folder, "entries"))
	if err != nil {
		return err
	}
	entries, err := splitEntries(data)
	if err != nil {
		return err
	}
	_, err = check(text, vkey, entries)
	return err
}

func get(url string) ([]byte, error) {
	answer, err := http.Get(url)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != 200 {
		return nil, fmt.Errorf("%s: %s", url, answer.Status)
	}
	return io.ReadAll(answer.Body)
}

// A tile's name in c2sp.org/tlog-tiles: tlog's without the height, "entries" for the data.
func name(tile tlog.Tile) string {
	path := strings.TrimPrefix(tile.Path(), "tile/8/")
	return "tile/" + strings.Replace(path, "data/", "entries/", 1)
}

func service(url, vkey string) error {
	text, err := get(url + "/log/checkpoint")
	if err != nil {
		return err
	}
	size, _, err := openCheckpoint(text, vkey)
	if err != nil {
		return err
	}
	var data []byte
	for n := int64(0); n*256 < size; n++ {
		width := size - n*256
		if width > 256 {
			width = 256
		}
		part, err := get(url + "/log/" + name(tlog.Tile{H: 8, L: -1, N: n, W: int(width)}))
		if err != nil {
			return err
		}
		data = append(data, part...)
	}
	entries, err := splitEntries(data)
	if err != nil {
		return err
	}
	all, err := check(text, vkey, entries)
	if err != nil {
		return err
	}
	tiles := tlog.NewTiles(8, 0, size)
	for _, tile := range tiles {
		served, err := get(url + "/log/" + name(tile))
		if err != nil {
			return err
		}
		computed, err := tlog.ReadTileData(tile, all)
		if err != nil {
			return err
		}
		if !bytes.Equal(served, computed) {
			return fmt.Errorf("%s is not the tree's", name(tile))
		}
	}
	fmt.Printf("%d entries, %d tiles\n", size, len(tiles))
	return nil
}

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: interop bundle FOLDER KEY | interop log URL KEY")
		os.Exit(2)
	}
	run := map[string]func(string, string) error{"bundle": bundle, "log": service}[os.Args[1]]
	if run == nil {
		os.Exit(2)
	}
	if err := run(os.Args[2], os.Args[3]); err != nil {
		fmt.Println("wrong:", err)
		os.Exit(1)
	}
	fmt.Println("agrees")
}
