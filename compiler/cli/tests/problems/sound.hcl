# Nothing is wrong here, whatever the kinds are called with.
provider "ssh" {
  records = "/tmp/records"
}
--- kinds/site/kind.hcl
kind "site" {
  implementation "here" { when = var.on == null }
  implementation "there" { when = var.on != null }
}

variable "on" {
  type    = kind.server
  default = null
}

variable "key" {
  type      = string
  sensitive = true
}

variable "names" {
  type = set(string)

  validation {
    condition     = alltrue([for name in var.names : length(name) > 1])
    error_message = "Too short."
  }
}

variable "pages" {
  type    = list(object({ path = string, size = optional(number, 1) }))
  default = []
}

variable "slow" {
  type    = bool
  default = false
}

output "key" {
  type = string
}

output "hosts" {
  type = list(string)
}
--- kinds/site/here/main.hcl
server "made" {}

resource "ssh_file" "page" {
  for_each = { for page in var.pages : page.path => page }
  host     = server.made.host
  path     = each.key
  content  = "${var.key} ${each.value.size}"

  lifecycle {
    precondition {
      condition     = each.value.size > 0
      error_message = "An empty page."
    }
  }
}

resource "terraform_data" "one" {
  count = 2
  input = var.pages[0].path

  rollout {
    max_parallel = 1
  }
}

output "key" {
  value = var.key
}

output "hosts" {
  value = [for name in var.names : "${name}.${server.made.address}"]
}
--- kinds/site/there/main.hcl
secret "s" {
  count  = length(var.names)
  length = 12 + count.index
}

server "each" {
  for_each = var.names
  address  = each.key
}

data "environment_variable" "home" {
  name = one(var.names)
}

output "key" {
  value = try(secret.s[0].value, data.environment_variable.home.value, file("missing"))
}

output "hosts" {
  value = concat([var.on.address], values(server.each)[*].address, [var.on.host.address])
}
