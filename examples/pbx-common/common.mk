# What all PBX have in common, for their makefiles: names without ".c".
COMMON := clock inbox callcenter limits roster members places missed few counters reload live options penalties rules config report flow how text
