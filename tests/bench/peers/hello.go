// hello.go - the dialogue as one writes it in Go: a goroutine a connection,
// buffered on both sides, flushed when no more names are there to be read.
//
// usage: hello PORT | hello PATH
package main

import (
	"bufio"
	"net"
	"os"
	"strings"
)

func serve(connection net.Conn) {
	defer connection.Close()
	in := bufio.NewReader(connection)
	out := bufio.NewWriter(connection)
	out.WriteString("Welcome!")
	for {
		if in.Buffered() == 0 {
			if out.Flush() != nil {
				return
			}
		}
		line, err := in.ReadSlice('\n')
		if err != nil {
			return
		}
		name := line[:len(line)-1]
		if string(name) == "exit" {
			out.Flush()
			return
		}
		out.WriteString("Hello, ")
		out.Write(name)
		out.WriteString("!\n")
	}
}

func main() {
	network, address := "tcp", "127.0.0.1:"+os.Args[1]
	if strings.HasPrefix(os.Args[1], "/") {
		network, address = "unix", os.Args[1]
	}
	listener, err := net.Listen(network, address)
	if err != nil {
		panic(err)
	}
	for {
		connection, err := listener.Accept()
		if err != nil {
			panic(err)
		}
		go serve(connection)
	}
}
