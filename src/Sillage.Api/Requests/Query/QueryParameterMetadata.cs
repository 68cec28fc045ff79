namespace Sillage.Api.Requests.Query;

/// <summary>A query parameter that an endpoint takes; read by the check of every query and by the OpenAPI document.</summary>
/// <param name="Name">Its name; one that ends with <c>.*</c> stands for every name with that beginning.</param>
/// <param name="Description">Its meaning, range and default.</param>
/// <param name="Example">A text that it takes.</param>
public sealed record QueryParameterMetadata(string Name, string Description, string? Example);
