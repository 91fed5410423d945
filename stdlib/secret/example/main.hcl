secret "session_key" {
  length = 48
}

secret "token" {
  env = "SHOP_TOKEN"
}

server "web" {
  address = "192.0.2.10"
}

resource "ssh_file" "environment" {
  host    = server.web.host
  path    = "/etc/shop.env"
  mode    = "0600"
  content = "SESSION_KEY=${secret.session_key.value}\nTOKEN=${secret.token.value}\n"
}
