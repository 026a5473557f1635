import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Says what Java makes of patterns: java JavaPatterns.java patterns.txt subjects.txt > answers.txt */
class JavaPatterns {
    public static void main(String[] files) throws Exception {
        List<String> subjects = Files.readAllLines(Path.of(files[1]));
        for (String pattern : Files.readAllLines(Path.of(files[0]))) {
            System.out.println(answer(pattern, subjects));
        }
    }

    /** One digit a subject, 1 where all of it matches; or what is wrong with the pattern. */
    private static String answer(String pattern, List<String> subjects) {
        try {
            Pattern compiled = Pattern.compile(pattern);
            StringBuilder digits = new StringBuilder();
            for (String subject : subjects) {
                digits.append(compiled.matcher(subject).matches() ? '1' : '0');
            }
            return digits.toString();
        } catch (PatternSyntaxException refused) {
            return refused.getDescription();
        }
    }
}
