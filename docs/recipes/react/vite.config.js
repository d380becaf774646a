import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [react()],
  server: {
    // `npm run dev` beside the echo example of this repository (mvn -q -Pecho), which has a certificate of its own.
    proxy: {
      '/echo': {
        target: 'https://localhost:7000',
        rewrite: () => '/example',
        secure: false,
        headers: { origin: 'https://localhost:7000' },
        changeOrigin: true,
      },
    },
  },
});
