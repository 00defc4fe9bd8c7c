// Probe is the program of pods that test the network of a cluster.
//
//	probe serve ADDRESS FOLDER TEXT   write a text into a file of a folder, and send it to every client
//	probe wait                        wait for a signal
//	probe connect ADDRESS…            print for each address whether a connection is accepted
package main

import (
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"time"
)

const limit = 3 * time.Second

func main() {
	if err := run(os.Args[1], os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(command string, arguments []string) error {
	switch command {
	case "serve":
		return serve(arguments[0], filepath.Join(arguments[1], "text"), arguments[2])
	case "wait":
		ended := make(chan os.Signal, 1)
		signal.Notify(ended, syscall.SIGTERM)
		<-ended
		return nil
	case "connect":
		var clients sync.WaitGroup
		for _, address := range arguments {
			clients.Add(1)
			go func() {
				defer clients.Done()
				fmt.Println(address, connect(address))
			}()
		}
		clients.Wait()
		return nil
	}
	return fmt.Errorf("unknown command %s", command)
}

func serve(address, path, text string) error {
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	for {
		connection, err := listener.Accept()
		if err != nil {
			return err
		}
		go func() {
			defer connection.Close()
			if file, err := os.Open(path); err == nil {
				defer file.Close()
				io.Copy(connection, file)
			}
		}()
	}
}

// connect returns "open" and, in quotes, what the server sends within a moment, or the reason of a failure.
func connect(address string) string {
	connection, err := net.DialTimeout("tcp", address, limit)
	if err != nil {
		return err.Error()
	}
	defer connection.Close()
	connection.SetReadDeadline(time.Now().Add(limit / 3))
	text := make([]byte, 100)
	size, _ := connection.Read(text)
	return "open " + strconv.QuoteToASCII(string(text[:size]))
}
