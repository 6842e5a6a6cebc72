package io.waybillguard.agent.hunt.sigma;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** A question to an occurrence, made of smaller ones. */
sealed interface Question {
  Answer on(Occurrence it);

  /** Whether an occurrence that tells only these fields can ever make it {@code answer}. */
  boolean can(Answer answer, Set<String> told);

  /** The fields that it asks for. */
  Set<String> fields();

  /** All of them. */
  record All(List<Question> questions) implements Question {
    public All {
      questions = List.copyOf(questions);
    }

    @Override
    public Answer on(Occurrence it) {
      Answer all = Answer.YES;
      for (Question each : questions) {
        Answer answer = each.on(it);
        if (answer == Answer.NO) {
          return Answer.NO;
        }
        all = answer == Answer.UNKNOWN ? Answer.UNKNOWN : all;
      }
      return all;
    }

    @Override
    public boolean can(Answer answer, Set<String> told) {
      return answer == Answer.YES
          ? questions.stream().allMatch(t -> t.can(answer, told))
          : questions.stream().anyMatch(t -> t.can(answer, told));
    }

    @Override
    public Set<String> fields() {
      return Question.fields(questions);
    }
  }

  /** Any of them. */
  record Any(List<Question> questions) implements Question {
    public Any {
      questions = List.copyOf(questions);
    }

    @Override
    public Answer on(Occurrence it) {
      Answer any = Answer.NO;
      for (Question each : questions) {
        Answer answer = each.on(it);
        if (answer == Answer.YES) {
          return Answer.YES;
        }
        any = answer == Answer.UNKNOWN ? Answer.UNKNOWN : any;
      }
      return any;
    }

    @Override
    public boolean can(Answer answer, Set<String> told) {
      return answer == Answer.NO
          ? questions.stream().allMatch(t -> t.can(answer, told))
          : questions.stream().anyMatch(t -> t.can(answer, told));
    }

    @Override
    public Set<String> fields() {
      return Question.fields(questions);
    }
  }

  /** Not this. */
  record Not(Question question) implements Question {
    @Override
    public Answer on(Occurrence it) {
      return question.on(it).not();
    }

    @Override
    public boolean can(Answer answer, Set<String> told) {
      return question.can(answer.not(), told);
    }

    @Override
    public Set<String> fields() {
      return question.fields();
    }
  }

  /** A field has a value that fits. */
  record Field(String field, Match match) implements Question {
    @Override
    public Answer on(Occurrence it) {
      if (!it.tells(field)) {
        return Answer.UNKNOWN;
      }
      Optional<String> value = it.value(field);
      try {
        return Answer.of(value.isPresent() && match.matches(value.get()));
      } catch (Match.TooHard e) {
        return Answer.UNKNOWN;
      }
    }

    @Override
    public boolean can(Answer answer, Set<String> told) {
      return told.contains(field);
    }

    @Override
    public Set<String> fields() {
      return Set.of(field);
    }
  }

  /** A field has a value, or has none. */
  record Exists(String field, boolean wanted) implements Question {
    @Override
    public Answer on(Occurrence it) {
      return it.tells(field) ? Answer.of(it.value(field).isPresent() == wanted) : Answer.UNKNOWN;
    }

    @Override
    public boolean can(Answer answer, Set<String> told) {
      return told.contains(field);
    }

    @Override
    public Set<String> fields() {
      return Set.of(field);
    }
  }

  /** How the values of two fields compare. */
  enum Relation {
    EQUAL,
    CONTAINS,
    STARTS,
    ENDS
  }

  /** Two fields compare so. */
  record Fields(String field, String other, Relation relation, boolean cased) implements Question {
    @Override
    public Answer on(Occurrence it) {
      if (!it.tells(field) || !it.tells(other)) {
        return Answer.UNKNOWN;
      }
      Optional<String> mine = it.value(field);
      Optional<String> theirs = it.value(other);
      return Answer.of(
          mine.isPresent() && theirs.isPresent() && glob(theirs.get()).matches(mine.get()));
    }

    private Glob glob(String text) {
      Glob plain = Glob.literal(text);
      Glob glob =
          switch (relation) {
            case EQUAL -> plain;
            case CONTAINS -> plain.after().before();
            case STARTS -> plain.before();
            case ENDS -> plain.after();
          };
      return cased ? glob.cased() : glob;
    }

    @Override
    public boolean can(Answer answer, Set<String> told) {
      return told.contains(field) && told.contains(other);
    }

    @Override
    public Set<String> fields() {
      return Set.of(field, other);
    }
  }

  private static Set<String> fields(List<Question> questions) {
    Set<String> fields = new TreeSet<>();
    questions.forEach(t -> fields.addAll(t.fields()));
    return fields;
  }
}
