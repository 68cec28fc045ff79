namespace Sillage.Collections.Stored;

/// <summary>Rolls back a unit that was to try something only.</summary>
internal sealed class GivenUpException : Exception;
