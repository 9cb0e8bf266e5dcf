"""What `splay serve` opens: the ports, TLS, request heads, streamed answers."""
