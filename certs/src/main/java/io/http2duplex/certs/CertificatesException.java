package io.http2duplex.certs;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A certificate or key that cannot be read, made or used. The message is one line, to be shown to the person who
 * starts the program: the file, what is wrong with it, and what to do about it.
 */
public final class CertificatesException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What operating systems say of a disk that is full, a quota that is used up, or a file that must not grow. */
    private static final Pattern FULL =
            Pattern.compile("no space|not enough space|quota|file too large", Pattern.CASE_INSENSITIVE);

    CertificatesException(Path file, String problem) {
        this(file, problem, null);
    }

    CertificatesException(Path file, String problem, @Nullable Throwable cause) {
        super(file + ": " + problem, cause);
    }

    /** For a file the operating system would not let us read or write; {@code file} is named if the cause names none. */
    static CertificatesException of(Path file, IOException cause) {
        String named = cause instanceof FileSystemException inFile ? inFile.getFile() : null;
        return new CertificatesException(named == null ? file : Path.of(named), reason(cause), cause);
    }

    static boolean tellsOfNoRoom(String text) {
        return FULL.matcher(text).find();
    }

    private static String reason(IOException cause) {
        if (cause instanceof NoSuchFileException) {
            return "there is no such file; check the path";
        }
        if (cause instanceof AccessDeniedException) {
            return "access denied; check who owns it and its permissions";
        }
        if (cause instanceof FileAlreadyExistsException || cause instanceof NotDirectoryException) {
            return "is a file, and a directory is needed here; give another path";
        }
        String told = cause instanceof FileSystemException inFile ? inFile.getReason() : cause.getMessage();
        String reason = told == null ? cause.getClass().getSimpleName() : told;
        return tellsOfNoRoom(reason)
                ? "cannot be written (" + reason + "); make room there, or give another path"
                : "cannot be read or written (" + reason + "); check the path and its permissions";
    }
}
