namespace Sillage.Hosting.Processes;

/// <summary>
/// Marks a route whose requests have to come back to the process that answered the first: what stands in their query parameter
/// <paramref name="Parameter"/> begins with that process's <see cref="ProcessInstance.Tag"/>.
/// </summary>
/// <param name="Parameter">The name of the query parameter.</param>
public sealed record StickyMetadata(string Parameter);
