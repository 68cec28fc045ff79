namespace Sillage.Storage.Work;

/// <summary>How a run of a job ended, if not by an exception.</summary>
public sealed class WorkResult
{
    private WorkResult() { }

    /// <summary>It is done, and leaves nothing to be written.</summary>
    public static WorkResult Done { get; } = new();

    internal Func<IUnitOfWork, Task>? Effect { get; private init; }

    internal TimeSpan? Pause { get; private init; }

    /// <summary>
    /// It is done, with an effect in the module's database: stored together with the mark, or not at all. The effect touches
    /// nothing but the unit, as every unit of work.
    /// </summary>
    public static WorkResult With(Func<IUnitOfWork, Task> effect) => new() { Effect = effect };

    /// <summary>It went well so far, but is to be gone on with after a pause: what it waits for is not there yet.</summary>
    public static WorkResult Again(TimeSpan pause) => new() { Pause = pause };
}
