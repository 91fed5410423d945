kind "secret" {
  doc = "A secret: taken from the environment or a file, or else generated once and kept in the state, sealed."

  implementation "env" { when = var.env != null }
  implementation "file" { when = var.file != null }
  implementation "generated" {}
}

variable "env" {
  type        = string
  default     = null
  description = "The environment variable of `landfall` that holds it."
}

variable "file" {
  type        = string
  default     = null
  description = "The file that holds it; a line's end behind it does not count."
}

variable "length" {
  type        = number
  default     = 32
  description = "How many characters are generated."

  validation {
    condition     = var.length >= 12 && var.length <= 1024
    error_message = "A secret has 12 to 1024 characters."
  }
}

variable "special" {
  type        = bool
  default     = false
  description = "Whether there are characters in it that are neither letters nor digits."
}

variable "rotate" {
  type        = string
  default     = null
  description = "Any text: another one generates another secret."
}

output "value" {
  type        = string
  sensitive   = true
  description = "The secret."
}
