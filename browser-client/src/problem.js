/** @param {Response} response whose body can still be read @returns {Promise<any>} its problem (RFC 9457), if any */
export async function problemOf(response) {
  if (response.headers.get('content-type')?.includes('problem+json')) {
    return response
      .clone()
      .json()
      .catch(() => {});
  }
}
