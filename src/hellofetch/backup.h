/*
 * backup.h - the files before the last one
 */
#ifndef HELLOFETCH_BACKUP_H
#define HELLOFETCH_BACKUP_H

/*
 * Keeps the file `name` of a directory as name.1, a former name.1 as name.2 and
 * so on up to name.`count`; what was that is gone. The file itself stays where
 * it is. temp_name is free, and is again afterwards. Returns 0, also if there is no
 * file, or if name.1 is that file already; or -1 with errno.
 */
int backup_keep(int dir_fd, const char *name, const char *temp_name, int count);

#endif
