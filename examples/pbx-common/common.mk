# What all PBX have in common, for their makefiles: names without ".c".
COMMON := clock inbox callcenter roster members places reload options config report flow how text
