"""Where data comes from: files shipped with libraries, files of your own, uploads."""
